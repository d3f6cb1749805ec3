import { newUuid } from '@majordomo/core/toolkit';

/** Returns a new id with the prefix of a wire, such as `chatcmpl-…`. */
export const newId = (prefix: string): string => prefix + newUuid().replaceAll('-', '');
