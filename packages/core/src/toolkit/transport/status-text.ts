/**
 * A server's words beside the status, where a `Response` can be made with them. Proxies say them in other languages, which
 * arrive as UTF-8: then there are none, for the constructor would refuse the whole answer.
 */
export const statusTextOf = (text: string): string => (/^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : '');
