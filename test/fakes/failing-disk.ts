import { type Files, localFiles } from '../../src/plugins/folder/files.js';

/** What node:fs throws. */
export function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
}

/** The local disk with so many bytes left on it. */
export function fullAfter(bytes: number): Files {
  let left = bytes;
  return {
    ...localFiles,
    write(fd, content) {
      if (content.byteLength > left) throw systemError('ENOSPC', 'write');
      left -= content.byteLength;
      return localFiles.write(fd, content);
    },
  };
}

/** The local disk, on which from some moment on a system call fails. */
export class FailingDisk {
  readonly #calls = new Map<keyof Files, string>();
  readonly files: Files;

  constructor() {
    const calls = this.#calls;
    this.files = new Proxy(localFiles, {
      get(target, name: keyof Files) {
        const code = calls.get(name);
        if (code === undefined) return target[name];
        return () => {
          throw systemError(code, name);
        };
      },
    });
  }

  fail(call: keyof Files, code: string): void {
    this.#calls.set(call, code);
  }
}
