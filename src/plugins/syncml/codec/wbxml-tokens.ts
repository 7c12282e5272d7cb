/** WBXML 1.3, section 7.1: the tokens that mean the same on every code page. */
export const SWITCH_PAGE = 0x00;
export const END = 0x01;
export const ENTITY = 0x02;
export const STR_I = 0x03;
export const LITERAL = 0x04;
export const EXT_I_0 = 0x40;
export const EXT_I_2 = 0x42;
export const PI = 0x43;
export const EXT_T_0 = 0x80;
export const EXT_T_2 = 0x82;
export const STR_T = 0x83;
export const EXT_0 = 0xc0;
export const EXT_2 = 0xc2;
export const OPAQUE = 0xc3;

/** Section 5.8.1: a tag's token with these bits has content, has attributes. */
export const WITH_CONTENT = 0x40;
export const WITH_ATTRIBUTES = 0x80;
export const TAG = 0x3f;

/** The charset of what is written here: UTF-8. */
export const UTF8_MIB = 106;
