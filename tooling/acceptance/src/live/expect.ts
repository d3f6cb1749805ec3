/** Throws an error with the problem if the condition is not met. */
export function expect(isMet: boolean, problem: string): void {
  if (!isMet) throw new Error(problem);
}
