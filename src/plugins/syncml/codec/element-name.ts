/** Names that each encoding can write, and that nobody mistakes for something else. */
const NAME = /^[A-Za-z_][\w.-]{0,127}$/;

/** Whether an element may be called so that no vocabulary knows. */
export const isElementName = (name: string): boolean => NAME.test(name);
