// Stands in for the agent (as fake-agent.ts writes it): prints the first line, proves that its addon loads, then says back what it hears.
const { argv, stdin, stdout, stderr } = process;
require(argv[argv.indexOf('--addon') + 1]);
if (process.env.FAKE_AGENT_FAILS) {
  stderr.write('fake agent: cannot go on\n');
  process.exitCode = 3;
} else {
  stdout.write('FIRST LINE\n');
  stdin.pipe(stdout);
}
