// Stands for the package `bindings` in the bundle: what better-sqlite3 wants of it lies in one place.
module.exports = (name) => require(`better-sqlite3/build/Release/${name}`);
