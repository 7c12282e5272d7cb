// Stands for the package `node-gyp-build` in the bundle: what serialport wants of it lies in one place, built beforehand.
module.exports = () => {
  const name = { arm: 'armv7.', arm64: 'armv8.' }[process.arch] ?? '';
  const built = `@serialport/bindings-cpp/prebuilds/linux-${process.arch}/@serialport+bindings-cpp.${name}`;
  try {
    return require(`${built}glibc.node`);
  } catch {
    return require(`${built}musl.node`);
  }
};
