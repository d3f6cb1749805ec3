/** Returns the path of a command. */
export function commandOf(cli: string): string;

/** Returns the installed version of a command. */
export function versionOf(cli: string): string;

/** Installs the commands that are missing. Throws if npm fails. */
export function installClis(): void;
