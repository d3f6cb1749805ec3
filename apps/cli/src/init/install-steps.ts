import { installCommand, installPlace } from '../program/install-command.ts';

/**
 * Returns the step that installs the missing packages, with their place, or no step if none is missing. `commandFile`: path of a file of
 * the command. `@default` this installation
 */
export const installSteps = (missing: readonly string[], commandFile?: string): readonly string[] =>
  missing.length === 0
    ? []
    : [
        `Packages of these vendors are missing ${installPlace(commandFile)}: ${installCommand(missing, commandFile)}`,
      ];
