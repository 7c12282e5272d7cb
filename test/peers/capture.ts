/** RFC 791, 793 and the format of libpcap: the few fields that a reader of captures looks at. */
const MAGIC = 0xa1b2c3d4;
const RAW_IP = 101;
const LARGEST = 0x4_0000;
const IP_HEADER = 20;
const TCP_HEADER = 20;
const TCP = 6;
const PUSH_AND_ACKNOWLEDGE = 0x18;
/** Octets that fit into an IP packet with its headers. */
const SEGMENT = 60_000;

/** A capture file of TCP connections to port 80 on the loopback interface, one for each request, without any reply. */
export function capture(requests: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(LARGEST, 16);
  head.writeUInt32LE(RAW_IP, 20);
  const packets = requests.flatMap((request, index) => {
    const found: Buffer[] = [];
    for (let at = 0; at < request.length; at += SEGMENT)
      found.push(packet(request.subarray(at, at + SEGMENT), 40_000 + index, 1 + at));
    return found;
  });
  return Buffer.concat([head, ...packets]);
}

function packet(payload: Buffer, port: number, sequence: number): Buffer {
  const length = IP_HEADER + TCP_HEADER + payload.length;
  const record = Buffer.alloc(16);
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
  const ip = Buffer.alloc(IP_HEADER);
  ip[0] = 0x45;
  ip.writeUInt16BE(length, 2);
  ip[8] = 64;
  ip[9] = TCP;
  Buffer.from([127, 0, 0, 1, 127, 0, 0, 1]).copy(ip, 12);
  const tcp = Buffer.alloc(TCP_HEADER);
  tcp.writeUInt16BE(port, 0);
  tcp.writeUInt16BE(80, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(1, 8);
  tcp[12] = (TCP_HEADER / 4) << 4;
  tcp[13] = PUSH_AND_ACKNOWLEDGE;
  tcp.writeUInt16BE(0xffff, 14);
  return Buffer.concat([record, ip, tcp, payload]);
}
