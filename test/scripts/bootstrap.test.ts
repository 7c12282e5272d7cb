import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { repositoryRoot } from '../support/root.js';
import { temporaryFolder } from '../support/tmp.js';

interface Ended {
  readonly status: number;
  readonly said: string;
}

/** Runs a script of a checkout with these programs before all others of the PATH. */
async function ended(
  t: TestContext,
  script: string,
  parts: readonly string[],
  programs: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const fakes = await temporaryFolder(t);
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(fakes, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(fakes, name), 0o755);
  }
  const env = { PATH: `${fakes}:${process.env.PATH}`, HOME: fakes };
  return new Promise((resolve) => {
    const child = execFile('bash', [script, ...parts], { env }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, said: stdout + stderr });
    });
    child.stdin?.end();
  });
}

/** A folder with the scripts in it and nothing else. */
async function checkout(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'scripts'));
  await mkdir(join(folder, '.ci'));
  await copyFile(join(repositoryRoot, 'scripts/bootstrap.sh'), join(folder, 'scripts/bootstrap.sh'));
  await copyFile(join(repositoryRoot, '.ci/run'), join(folder, '.ci/run'));
  return folder;
}

/** Knows of every package that is asked for, but for some. */
const dpkgWithout = (...missing: string[]) =>
  `shift 3; for name; do case $name in ${missing.join('|')}) ;; *) echo "installed $name" ;; esac; done`;

test('without root the line that installs what is missing is printed', async (t) => {
  const script = join(await checkout(t), 'scripts/bootstrap.sh');
  const { status, said } = await ended(t, script, ['build', 'test'], {
    'dpkg-query': dpkgWithout('unison', 'libudev-dev'),
    id: 'echo 1000',
    sudo: 'exit 1',
    'apt-get': 'echo must not run',
  });
  assert.equal(status, 1);
  assert.match(said, /^ {2}sudo apt-get install --no-install-recommends -y libudev-dev unison$/m);
  assert.doesNotMatch(said, /must not run/);
});

test('as root what is missing is installed, and only that', async (t) => {
  const script = join(await checkout(t), 'scripts/bootstrap.sh');
  const { status, said } = await ended(t, script, ['build', 'vm'], {
    'dpkg-query': dpkgWithout('mmdebstrap', 'unison'),
    id: 'echo 0',
    'apt-get': 'for word; do last=$word; done; echo "asked for $last" >&2; [ "$last" = update ] || exit 100',
    node: 'exit 9',
  });
  assert.equal(status, 1);
  assert.match(said, /installing mmdebstrap\n/);
  assert.match(said, /asked for update\nasked for mmdebstrap\n/);
  assert.match(said, /installing failed/);
});

test('an old Node and an unknown group are named', async (t) => {
  const script = join(await checkout(t), 'scripts/bootstrap.sh');
  const node = 'case $1 in --version) echo v18.19.0 ;; *) echo 18 108-x64 /usr ;; esac';
  const old = await ended(t, script, ['build'], { 'dpkg-query': dpkgWithout('none'), node });
  assert.equal(old.status, 1);
  assert.match(old.said, /Node\.js 20 or newer is needed; this is v18\.19\.0/);
  const unknown = await ended(t, script, ['everything']);
  assert.equal(unknown.status, 1);
  assert.match(unknown.said, /there is no group everything: build, test, vm/);
});

test('CI runs all steps, counts their tests and fails with any of them', async (t) => {
  const folder = await checkout(t);
  await writeFile(join(folder, 'scripts/bootstrap.sh'), 'exit 0\n');
  const scripts = {
    lint: 'true',
    test: "printf '# pass 40\\n# fail 0\\n'",
    'test:vm': "printf 'ℹ pass 2\\nℹ fail 0\\n'",
  };
  const script = join(folder, '.ci/run');
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'x', scripts }));
  const good = await ended(t, script, []);
  assert.equal(good.status, 0, good.said);
  assert.match(good.said, /== test: passed in \d+ s\n/);
  assert.match(good.said, /\n42 passed, 0 failed\n$/);
  const failing = { ...scripts, test: "printf '# pass 39\\n# fail 1\\n'; exit 1" };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'x', scripts: failing }));
  const bad = await ended(t, script, []);
  assert.equal(bad.status, 1);
  assert.match(bad.said, /== test: FAILED \(1\) in \d+ s\n/);
  assert.match(bad.said, /failed steps: test, after \d+ s\n41 passed, 1 failed\n$/);
});

test('the scripts of the bootstrap and of CI are clean', async () => {
  const files = ['scripts/bootstrap.sh', '.ci/run'].map((file) => join(repositoryRoot, file));
  await new Promise<void>((resolve, reject) =>
    execFile('shellcheck', files, (error, stdout) => (error === null ? resolve() : reject(new Error(stdout)))),
  );
});
