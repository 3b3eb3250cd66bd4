// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The process of the commands that are not services. Ends with 0, 1 where something failed, 2 where it was called wrongly. */
@Command(
        name = "./parley",
        synopsisSubcommandLabel = "<command>",
        subcommands = {TokenCommand.class, RoomCommand.class, DoctorCommand.class})
public final class Cli {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "this text")
    @SuppressWarnings("UnusedVariable") // picocli looks at the annotation alone
    private boolean isAskedForHelp;

    private Cli() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine cli = new CommandLine(new Cli())
                .registerConverter(Duration.class, Lifetimes::parse)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (!(failure instanceof RefusedException)) {
                        throw failure;
                    }
                    PrintWriter err = command.getErr();
                    err.println(failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
        // They are the service's, not its own.
        Objects.requireNonNull(cli.getSubcommands().get("doctor")).setUnmatchedOptionsArePositionalParams(true);
        return cli;
    }
}
