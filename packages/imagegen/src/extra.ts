/** Unset fields are the backend's to choose: they are not in the body. */
export const withoutUnset = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
