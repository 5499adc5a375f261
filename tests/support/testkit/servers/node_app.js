// The application of testkit.servers.node: HTTP/1.1, HTTP/2 beside HTTP/1.1 over TLS, HTTP/2 in cleartext.
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const http2 = require("http2");
const path = require("path");
const zlib = require("zlib");

const [plain, tls, h2c, chain, key, files, streams, idle] = process.argv.slice(2);

const BLOCK = Buffer.from(Array.from({ length: 251 }, (_, index) => index));

// Bytes that tell where in the stream they belong.
function pattern(size, start = 0) {
  const first = start % 251;
  return Buffer.alloc(size + first, BLOCK).subarray(first);
}

function reply(response, status, body, fields = {}) {
  const content = Buffer.from(body);
  response.writeHead(status, { "Content-Length": content.length, ...fields });
  response.end(content);
}

function body(request) {
  return new Promise((resolve) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => resolve(Buffer.concat(pieces)));
  });
}

async function write(response, piece) {
  if (!response.write(piece)) await new Promise((resolve) => response.once("drain", resolve));
}

const PAGES = {
  "": (request, response) => reply(response, 200, "hello, world"),

  async echo(request, response) {
    const content = await body(request);
    const answer = {
      method: request.method,
      target: request.url,
      headers: Object.entries(request.headers).filter(([name]) => !name.startsWith(":")),
      length: content.length,
      body: content.subarray(0, 65536).toString("latin1"),
    };
    reply(response, 200, JSON.stringify(answer), { "Content-Type": "application/json" });
  },

  bytes: (request, response, size) => reply(response, 200, pattern(Number(size))),

  async stream(request, response, size) {
    response.writeHead(200);
    for (let sent = 0; sent < size; sent += 65536) {
      await write(response, pattern(Math.min(65536, size - sent), sent));
    }
    response.end();
  },

  async digest(request, response) {
    const hash = crypto.createHash("sha256");
    let length = 0;
    for await (const piece of request) {
      hash.update(piece);
      length += piece.length;
    }
    reply(response, 200, JSON.stringify({ length, sha256: hash.digest("hex") }));
  },

  fields(request, response, count, size) {
    const numbers = Array.from({ length: Number(count) }, (_, number) => number);
    const fields = numbers.map((number) => [`X-Field-${number}`, "v".repeat(Number(size))]);
    reply(response, 200, "fields", Object.fromEntries(fields));
  },

  limited: (request, response) => reply(response, 413, "too much"),

  status(request, response, code) {
    if (Number(code) >= 400) return reply(response, Number(code), "as you wish");
    response.writeHead(Number(code));
    response.end();
  },

  "set-cookie"(request, response) {
    const pairs = [...new URL(request.url, "http://localhost").searchParams];
    reply(response, 200, "", { "Set-Cookie": pairs.map(([name, value]) => `${name}=${value}`) });
  },

  slow(request, response, seconds) {
    setTimeout(() => reply(response, 200, "at last"), Number(seconds) * 1000);
  },

  trailers(request, response) {
    response.writeHead(200, { Trailer: "x-trailer" });
    response.write("with trailers");
    response.addTrailers({ "x-trailer": "behind" });
    response.end();
  },

  files(request, response, ...words) {
    const name = path.join(files, ...words);
    if (!fs.statSync(name).isFile()) return reply(response, 404, "no such file");
    const accepted = (request.headers["accept-encoding"] ?? "").split(", ");
    const coding = name.endsWith(".css") ? ["br", "gzip"].find((one) => accepted.includes(one)) : undefined;
    if (coding !== undefined) {
      response.writeHead(200, { "Content-Encoding": coding });
      const packer = coding === "br" ? zlib.createBrotliCompress() : zlib.createGzip();
      return fs.createReadStream(name).pipe(packer).pipe(response);
    }
    response.writeHead(200, { "Content-Length": fs.statSync(name).size });
    if (request.method === "HEAD") return response.end();
    fs.createReadStream(name).pipe(response);
  },
};

function answer(request, response) {
  const [word, ...words] = request.url.split("?")[0].slice(1).split("/");
  const page = PAGES[word];
  return page ? page(request, response, ...words) : reply(response, 404, "no such page");
}

const settings = { maxConcurrentStreams: Number(streams), maxHeaderListSize: 1 << 20 };
const secure = { allowHTTP1: true, cert: fs.readFileSync(chain), key: fs.readFileSync(key) };
const servers = [
  [http.createServer(answer), plain],
  [http2.createSecureServer({ ...secure, settings }, answer), tls],
  [http2.createServer({ settings }, answer), h2c],
];
const sessions = new Set();
for (const [server, port] of servers) {
  server.keepAliveTimeout = Number(idle);
  server.on("session", (session) => {
    sessions.add(session);
    session.setTimeout(Number(idle), () => session.close());
    session.on("close", () => sessions.delete(session));
  });
  server.listen(Number(port), "127.0.0.1");
}

process.on("SIGTERM", () => {
  for (const [server] of servers) server.close();
  for (const session of sessions) session.close();
});
