// cpim.js - message/cpim and IMDN as clients write them (RFC 3862, 5438).

'use strict';
const { id, octets } = require('./sipmsg.js');

const ICSI = 'urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg';
const ICSI_TAG = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg"';

// wants: "positive-delivery, display"; more: lines before the empty one
function cpim({ from, to, text = '', messageId = id(), wants, more = [],
	type = 'text/plain; charset=UTF-8', content = octets(text), inner = [] }) {
	return [`From: <${from}>`, `To: <${to}>`,
		'DateTime: 2026-03-01T10:00:00Z', 'NS: imdn <urn:ietf:params:imdn>',
		`imdn.Message-ID: ${messageId}`,
		...(wants ? [`imdn.Disposition-Notification: ${wants}`] : []),
		...more, '', `Content-Type: ${type}`, ...inner,
		`Content-Length: ${content.length}`, '', content].join('\r\n');
}

function imdnXml(messageId, status, kind = status === 'displayed' ? 'display' : 'delivery') {
	return '<?xml version="1.0" encoding="UTF-8"?>\r\n' +
		'<imdn xmlns="urn:ietf:params:xml:ns:imdn">\r\n' +
		`<message-id>${messageId}</message-id>\r\n` +
		'<datetime>2026-03-01T10:00:00Z</datetime>\r\n' +
		`<${kind}-notification><status><${status}/></status></${kind}-notification>\r\n` +
		'</imdn>\r\n';
}

function imdn({ from, to, messageId, status, ownId = id() }) {
	return cpim({ from, to, messageId: ownId, type: 'message/imdn+xml',
		inner: ['Content-Disposition: notification'],
		content: imdnXml(messageId, status) });
}

// Headers of a CPM request (spec/conversation.md 3.1).
const cpmHeaders = (more = {}) => ({
	'P-Preferred-Service': ICSI,
	'Accept-Contact': `*;${ICSI_TAG}`,
	'Conversation-ID': `conv-${id()}`,
	'Contribution-ID': id() + id(),
	'Content-Type': 'message/cpim',
	...more,
});

// The status and message-id of an IMDN in a body, wrapped or not.
function readImdn(body) {
	const m = /<message-id>\s*(.*?)\s*<\/message-id>/.exec(body);
	const s = /<status>\s*<(?:\w+:)?([\w-]+)/.exec(body);
	return m && s ? { id: m[1], status: s[1] } : null;
}

module.exports = { cpim, imdn, imdnXml, cpmHeaders, readImdn, ICSI, ICSI_TAG };
