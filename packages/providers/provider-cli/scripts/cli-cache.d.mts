/** Returns the path of a command. */
export function commandOf(cli: string): string;

/** Returns the installed version of a command. */
export function versionOf(cli: string): string;

/** Installs the commands unless all of them are installed, or the newest versions of all commands. Throws if npm fails. */
export function installClis(isNewest?: boolean): void;
