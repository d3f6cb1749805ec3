/** Returns the elements of a spec. */
export const elementsOf = (spec: string): readonly string[] => spec.split(',').map((text) => text.trim());

/** Whether an element is a name. Targets contain a slash. */
export const isName = (element: string): boolean => !element.includes('/');
