/**
 * What every wire takes, looked up 2026-11-20: OpenAI and Converse `[a-zA-Z0-9_-]{1,64}`, Claude the same with 128, Gemini
 * not a digit or a hyphen first. Names of MCP servers have dots and slashes.
 */
const FITS = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
export const LONGEST_TOOL_NAME = 64;

export const fitsEveryWire = (name: string): boolean => FITS.test(name);
