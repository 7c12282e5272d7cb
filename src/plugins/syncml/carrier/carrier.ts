/** One message in its encoding, as a transport carries it. */
export interface Packet {
  /** `application/vnd.syncml+xml` or `+wbxml`, parameters allowed; SAN has its own. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** The value of x-syncml-hmac, where the message is signed. */
  readonly hmac?: string;
}

/**
 * We ask and the peer answers: we are the SyncML client. Fails with NotConnected, Timeout, and NotOwner when the transport
 * itself refuses us.
 */
export interface ClientCarrier extends AsyncDisposable {
  /** Sends a message and gives the reply. A reply that got lost is fetched by sending the very same bytes again, as often as is sensible. */
  exchange(packet: Packet, signal: AbortSignal): Promise<Packet>;
  /** How often that was done so far, where it is; the server may have heard each of them. */
  readonly repeats?: number;
  /** Where the following messages of the session go to (RespURI); resolved against what was asked. Without: back to the start. */
  redirect(uri: string | undefined): void;
}

/** The peer asks and we answer: we are the SyncML server, whoever opened the connection. */
export interface ServerCarrier extends AsyncDisposable {
  /** A word on who is there, for the log: an address, a device node. */
  readonly peer: string;
  /** The next request of this session; undefined when the peer is done. Fails with NotConnected and Timeout. */
  receive(signal: AbortSignal): Promise<Packet | undefined>;
  /** The reply to the request received last. */
  answer(packet: Packet, signal: AbortSignal): Promise<void>;
}
