import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** D-Bus message types (specification, "Message Format"). */
const CALL = 1;
const SIGNAL = 4;

const MIB = 1024 * 1024;
/** What strangers send unasked is small; answers to our own questions may be large. Bytes of body. */
const UNASKED_LIMIT = MIB;
const ANSWER_LIMIT = 16 * MIB;
const HEADER_LIMIT = 64 * 1024;
/** While this much waits to be written, nothing more is read, so that a flood of calls cannot pile up answers. */
const BACKLOG_LIMIT = 8 * MIB;
const FIXED_HEADER = 16;

/**
 * Stands between the socket and the library, and bounds what one message may cost. A body over the limit is left
 * out of the stream and its length set to zero: the message still arrives, so it can be refused by name, but its
 * content never sits in memory. A header over the limit takes its whole message with it.
 */
export class Gate extends Duplex {
  readonly #socket: Socket;
  /** Authentication is lines of text; messages begin after the line `OK`. */
  #authenticated = false;
  #held: Buffer = Buffer.alloc(0);
  #passing = 0;
  #skipping = 0;
  /** Body bytes to leave out once the header before them has passed. */
  #after = 0;
  #wanted = true;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false, writableHighWaterMark: BACKLOG_LIMIT });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#wanted = true;
    this.#flow();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, (error) => {
      done(error);
      this.#flow();
    });
    this.#flow();
  }

  #flow(): void {
    if (this.#wanted && this.writableLength < BACKLOG_LIMIT) this.#socket.resume();
    else this.#socket.pause();
  }

  #give(bytes: Buffer): void {
    if (bytes.length > 0 && !this.push(bytes)) this.#wanted = false;
    this.#flow();
  }

  #take(chunk: Buffer): void {
    if (this.#authenticated) this.#frame(chunk);
    else this.#greet(chunk);
  }

  #greet(chunk: Buffer): void {
    // Nothing follows `OK` until we have said BEGIN, so its line ends the chunk it comes in.
    const line = Buffer.concat([this.#held, chunk]);
    if (line.includes('\n')) {
      this.#authenticated = line.toString('latin1').startsWith('OK ');
      this.#held = Buffer.alloc(0);
    } else if (line.length < HEADER_LIMIT) this.#held = line;
    else this.destroy(new Error('the bus sends no end of line while it authenticates us'));
    this.#give(chunk);
  }

  #frame(chunk: Buffer): void {
    let bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    let at = 0;
    let from = 0;
    while (at < bytes.length) {
      if (this.#skipping > 0) {
        const skipped = Math.min(this.#skipping, bytes.length - at);
        this.#give(bytes.subarray(from, at));
        this.#skipping -= skipped;
        at += skipped;
        from = at;
      } else if (this.#passing > 0) {
        const passed = Math.min(this.#passing, bytes.length - at);
        this.#passing -= passed;
        at += passed;
        if (this.#passing === 0 && this.#after > 0) {
          this.#skipping = this.#after;
          this.#after = 0;
        }
      } else if (bytes.length - at < FIXED_HEADER) {
        this.#held = Buffer.from(bytes.subarray(at));
        bytes = bytes.subarray(0, at);
      } else at = this.#header(bytes, at);
    }
    this.#give(bytes.subarray(from));
  }

  #header(bytes: Buffer, at: number): number {
    const little = bytes[at] === 0x6c;
    const type = bytes[at + 1];
    const body = little ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4);
    const fields = little ? bytes.readUInt32LE(at + 12) : bytes.readUInt32BE(at + 12);
    const padded = Math.ceil(fields / 8) * 8;
    const limit = type === CALL || type === SIGNAL ? UNASKED_LIMIT : ANSWER_LIMIT;
    if (fields > HEADER_LIMIT) this.#skipping = FIXED_HEADER + padded + body;
    else if (body > limit) {
      bytes.writeUInt32LE(0, at + 4);
      this.#passing = FIXED_HEADER + padded;
      this.#after = body;
    } else this.#passing = FIXED_HEADER + padded + body;
    return at;
  }
}
