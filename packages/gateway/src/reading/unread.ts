/** Takes a body whole, up to so many bytes; `undefined` of one that is larger. Rejects where it does not come whole. */
export type TakeBody = (most: number) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** Bodies that can be had without the stream of their request, as long as nobody has read from that. */
const unread = new WeakMap<Request, () => TakeBody | undefined>();

export const knowBody = (request: Request, take: () => TakeBody | undefined): void =>
  void unread.set(request, take);

export const unreadBody = (request: Request): TakeBody | undefined => unread.get(request)?.();
