import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  rootCertificates,
  type SecureContext,
} from 'node:tls';
import { CradleError } from '../../../dbus/errors.js';

/** How far a server's certificate is trusted. */
export interface Trust {
  /** A PEM file of certificates to be trusted beside the system's: of a server that signed its own. */
  readonly authorityFile?: string;
  /** The name that the certificate has to bear, where it is not the URL's. */
  readonly certificateName?: string;
}

/** Where Debian and its kin, Fedora and its kin, and openSUSE keep what the administrator trusts. */
const SYSTEM_AUTHORITIES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
];

/** What Node trusts is a list of its own; people add their organisation's authority to the system's. */
function systemAuthorities(): string {
  for (const path of SYSTEM_AUTHORITIES)
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // The next system's.
    }
  return rootCertificates.join('\n');
}

let shared: SecureContext | undefined;

/** Settings for TLS connections. Fails with InvalidArgs naming a file that cannot be read or holds no certificate. */
export async function trusting(trust: Trust): Promise<ConnectionOptions> {
  const { authorityFile, certificateName } = trust;
  const own = authorityFile === undefined ? undefined : await contextWith(authorityFile);
  return {
    minVersion: 'TLSv1.2',
    // Asked for when a connection is to be encrypted, and not before.
    get secureContext() {
      return own ?? systemContext();
    },
    ...(certificateName !== undefined && {
      servername: certificateName,
      checkServerIdentity: (_, certificate) => checkServerIdentity(certificateName, certificate),
    }),
  };
}

/** Reading 140 certificates takes a while, so it is done once. */
function systemContext(): SecureContext {
  shared ??= createSecureContext({ ca: systemAuthorities(), minVersion: 'TLSv1.2' });
  return shared;
}

async function contextWith(file: string): Promise<SecureContext> {
  let own: string;
  try {
    own = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CradleError('InvalidArgs', `the certificates in ${file} cannot be read`, { cause });
  }
  if (!own.includes('-----BEGIN CERTIFICATE-----'))
    throw new CradleError('InvalidArgs', `${file} holds no certificate in PEM`);
  try {
    return createSecureContext({ ca: [systemAuthorities(), own], minVersion: 'TLSv1.2' });
  } catch (cause) {
    throw new CradleError('InvalidArgs', `the certificates in ${file} make no sense`, { cause });
  }
}
