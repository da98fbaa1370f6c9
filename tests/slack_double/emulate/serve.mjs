// Emulate's Slack on a free port of loopback. slack_sdk sends some reads as GET, which emulate has no routes for: a
// small proxy turns every request into a POST of JSON.
import http from "node:http";
import { createEmulator } from "emulate";

const seed = {
  slack: {
    team: { name: "Double", domain: "double" },
    users: [{ name: "ana" }, { name: "bob" }],
    channels: [{ name: "hall" }, { name: "flt", is_private: true }, { name: "old" }],
    oauth_apps: [],
  },
  tokens: { "xoxb-double-bot-token": { login: "ana" } },
};
const inner = Number(process.argv[2]);
const emulator = await createEmulator({ service: "slack", port: inner, seed });
const server = http.createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const url = new URL(request.url, emulator.url);
  const query = Object.fromEntries(url.searchParams);
  const type = request.headers["content-type"] ?? "";
  const text = Buffer.concat(parts).toString();
  const body = type.includes("json") ? JSON.parse(text || "{}") : Object.fromEntries(new URLSearchParams(text));
  const answer = await fetch(emulator.url + url.pathname, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: request.headers.authorization ?? "" },
    body: JSON.stringify({ ...query, ...body }),
  });
  response.writeHead(answer.status, { "content-type": "application/json" });
  response.end(await answer.text());
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port, inner: emulator.url })));
process.on("SIGTERM", () => process.exit(0));
