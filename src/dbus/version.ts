/** Of the daemon and the command line alike. As in package.json; a test holds them equal. */
export const VERSION = '0.1.0';
