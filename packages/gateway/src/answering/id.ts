/** A new id as a wire has them, such as `chatcmpl-…`. */
export const newId = (prefix: string): string => prefix + crypto.randomUUID().replaceAll('-', '');
