// ports.js - port numbers that stay free while a daemon restarts.

'use strict';
const dgram = require('node:dgram');
const fs = require('node:fs');
const net = require('node:net');
const { once } = require('node:events');
const { until } = require('./until.js');

// Below what the kernel gives to those who ask for any port.
const LOW = 12000;
// What a test was given is its own until it ends: it listens here meanwhile.
const CLAIMS = '127.255.255.254';
const high = () => Number(fs.readFileSync(
	'/proc/sys/net/ipv4/ip_local_port_range', 'latin1').split(/\s/)[0]) || 32768;

async function isFree(port, host) {
	const udp = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
	const tcp = net.createServer();
	try {
		udp.bind(port, host);
		await once(udp, 'listening');
		tcp.listen(port, host);
		await once(tcp, 'listening');
		return true;
	} catch {
		return false;
	} finally {
		udp.close();
		if (tcp.listening) {
			tcp.close();
			await once(tcp, 'close');
		}
	}
}

async function claim(port) {
	const server = net.createServer().unref();
	try {
		server.listen(port, CLAIMS);
		await once(server, 'listening');
		return server;
	} catch {
		return null;
	}
}

// On this host, and for nobody else of the tests that run now.
async function freePort(host = '127.0.0.1') {
	const top = high();
	for (let tries = 0; tries < 100; tries++) {
		const port = LOW + Math.floor(Math.random() * (top - LOW));
		const mine = await claim(port);
		if (mine && await isFree(port, host))
			return port;
		mine?.close();
	}
	throw new Error('no port is free');
}

// Resolves when some program has the UDP port; there is no event for that.
function portTaken(port) {
	const line = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} `);
	return until(`somebody has the UDP port ${port}`, () =>
		line.test(fs.readFileSync('/proc/net/udp', 'latin1')));
}

module.exports = { freePort, portTaken };
