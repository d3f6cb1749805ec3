/** Returns the elements of a spec. */
export const elementsOf = (spec: string): readonly string[] => spec.split(',').map((text) => text.trim());
