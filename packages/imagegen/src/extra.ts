/** Returns the fields that are set. The backend chooses values for unset fields. */
export const withoutUnset = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
