import { deviceShape } from '../dbus/shapes/device.js';
import type { Context } from './command.js';
import { EXIT, type ExitCode } from './exit.js';
import { findDevice } from './find.js';
import { labelOf } from './words.js';

/** Unmounting a slow card with a full cache takes its time. Milliseconds. */
const PATIENCE = 150_000;

/** Calls a method of the device that takes nothing, and says what has become of it. */
export async function actOnDevice(
  { daemon: open, screen, json, signal }: Context,
  word: string,
  method: 'Claim' | 'Release' | 'Forget' | 'Eject',
  done: string,
): Promise<ExitCode> {
  const daemon = await open();
  const device = findDevice(daemon, word);
  await daemon.at(device.path, deviceShape).call(method, [{}], { timeout: PATIENCE, abort: signal });
  if (json) screen.json({ device: device.view.Id, done: method.toLowerCase() });
  else screen.line(`${labelOf(device)} ${done}.`);
  return EXIT.ok;
}
