/** Whether an address belongs to this machine. */
export const isLoopback = ({ hostname }: URL): boolean =>
  /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname);
