/** A process with an HTTP server that does nothing: PUT tells it the bytes that it answers to every POST. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

let answer = "";

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => (text += chunk));
  request.on("end", () => {
    if (request.method === "PUT") answer = text;
    const body = request.method === "PUT" ? "" : answer;
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});
process.once("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`); // it listens on a port
});
