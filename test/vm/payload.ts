import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/root.js';
import { host } from './shell.js';

/**
 * Cradle as a package would install it, in a tar archive for the guest's second disk; gives the archive's path.
 * What is built at this moment is what is tested.
 */
export async function packPayload(folder: string): Promise<string> {
  if (!existsSync(join(repositoryRoot, 'dist/cradled.cjs')))
    throw new Error('dist/cradled.cjs is missing: run `npm run build` first');
  const stage = join(folder, 'stage');
  const archive = join(folder, 'payload.tar');
  await host.run(['env', `DESTDIR=${stage}`, 'PREFIX=/usr', join(repositoryRoot, 'scripts/install.sh')]);
  // Only what is below /usr: an entry for the top folder would give its mode to the guest's root folder.
  await host.run(['tar', '-C', stage, '--owner=0', '--group=0', '-cf', archive, 'usr']);
  await host.run(['rm', '-rf', stage]);
  return archive;
}
