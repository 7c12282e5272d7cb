import fc from 'fast-check';

type Mutation = (bytes: Buffer) => Buffer;

const TOKENS = [
  'BEGIN:VCARD\r\n',
  'END:VCARD\r\n',
  'VERSION:2.1\r\n',
  '\r\n ',
  '\r\n',
  ';ENCODING=BASE64',
  ';ENCODING=QUOTED-PRINTABLE',
  ';CHARSET=SHIFT_JIS',
  'AGENT:\r\n',
  '=\r\n',
  '\\',
  '"',
  ';',
  ':',
  'BEGIN:VALARM\r\n',
];

const place = fc.double({ min: 0, max: 0.999999, noNaN: true });

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([where, octet]): Mutation =>
      (bytes) => {
        const result = Buffer.from(bytes);
        if (result.length > 0) result[Math.floor(where * result.length)] = octet;
        return result;
      },
  ),
  fc.tuple(place, place).map(
    ([where, much]): Mutation =>
      (bytes) => {
        const from = Math.floor(where * bytes.length);
        return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + Math.floor(much * 40))]);
      },
  ),
  fc.tuple(place, place).map(
    ([where, much]): Mutation =>
      (bytes) => {
        const from = Math.floor(where * bytes.length);
        const piece = bytes.subarray(from, from + Math.floor(much * 200));
        return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(from)]);
      },
  ),
  fc.tuple(place, fc.constantFrom(...TOKENS)).map(
    ([where, token]): Mutation =>
      (bytes) => {
        const from = Math.floor(where * bytes.length);
        return Buffer.concat([bytes.subarray(0, from), Buffer.from(token), bytes.subarray(from)]);
      },
  ),
  place.map(
    (where): Mutation =>
      (bytes) =>
        bytes.subarray(0, Math.floor(where * bytes.length)),
  ),
);

/** One of these texts with some bytes changed, lost, doubled, put in or cut off. */
export const mutated = (texts: readonly string[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...texts), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([text, mutations]) => mutations.reduce((bytes: Buffer, one) => one(bytes), Buffer.from(text)));
