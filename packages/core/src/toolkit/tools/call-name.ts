/**
 * The name of a call in a history, as wires take it. Models call tools that nobody declared, by names such as
 * `exec.command<|channel|>`; the error result stays in the transcript, and a name that is refused would make every later
 * request fail ("String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"). The id pairs a call with its result.
 *
 * @param most characters that the wire takes
 */
export function callName(name: string, most: number): string {
  const fitted = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, most);
  return fitted === '' ? 'unknown' : fitted;
}
