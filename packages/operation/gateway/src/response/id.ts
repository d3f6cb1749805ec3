/** Returns a new id with the prefix of a wire, such as `chatcmpl-…`. */
export const newId = (prefix: string): string => prefix + crypto.randomUUID().replaceAll('-', '');
