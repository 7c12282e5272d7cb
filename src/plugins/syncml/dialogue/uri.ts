/** Names of datastores as they are compared: peers differ on `./`, slashes at the ends, case, and add options after a `?`. */
export const plainUri = (uri: string): string =>
  uri
    .replace(/\?.*$/s, '')
    .replace(/^(?:\.?\/)+/, '')
    .replace(/\/+$/, '')
    .toLowerCase();
