/**
 * Environment that lets a program reuse the compiled modules of earlier tests, because a toolbox does not pass the variables of this
 * process to its program.
 */
export const COMPILE_CACHE: Readonly<Record<string, string>> =
  process.env['NODE_COMPILE_CACHE'] === undefined
    ? {}
    : { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
