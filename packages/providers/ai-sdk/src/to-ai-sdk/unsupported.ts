/** Function that records a warning about a setting that is not sent. */
export type Unsupported = (feature: string, details: string) => void;
