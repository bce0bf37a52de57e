// One client of the built library in a process of its own: how long until it answers from the table. Prints seconds, seconds
// of CPU time and the peak of memory in MB. node snapshot-load.js LIBRARY DATABASE
const [, , library = "", database = ""] = process.argv;
const { createFlags } = await import(library);
const start = performance.now();
const before = process.cpuUsage();
const flags = await createFlags({ environment: "staging", database, initialTimeoutMs: 60_000 });
const { errorCode } = flags.evaluate("generated_flag_7", false, { userId: "user-42" });
const seconds = (performance.now() - start) / 1_000;
const { user, system } = process.cpuUsage(before);
const megabytes = process.resourceUsage().maxRSS / 1_000;
console.log(errorCode === undefined ? `${seconds} ${(user + system) / 1e6} ${megabytes}` : `no answer: ${errorCode}`);
await flags.close();
