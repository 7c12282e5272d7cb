export { VERSION } from '../dbus/version.js';
