// A browser of a few lines: cookies, forms, redirects.
import { request as send } from 'node:http';

export class Browser {
  cookies = new Map();

  constructor(base) {
    this.base = base;
  }

  /** One request; a redirect is not followed. */
  once(method, address, { form, headers = {} } = {}) {
    const url = new URL(address, this.base);
    const data = form && new URLSearchParams(form).toString();
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method,
        headers: {
          cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'sec-fetch-mode': 'navigate',
          ...data && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(data) }, ...headers,
        },
      }, response => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
          if (value === '""' || value === '') this.cookies.delete(name);
          else this.cookies.set(name, value);
        }
        let text = '';
        response.on('data', part => { text += part; });
        response.on('end', () => resolve({ status: response.statusCode, text, location: response.headers.location, url: url.href }));
      });
      request.setTimeout(30_000, () => request.destroy(new Error(`${url.href} does not answer`)));
      request.on('error', reject);
      request.end(data);
    });
  }

  /** A request and all redirects after it. */
  async open(method, address, options) {
    let answer = await this.once(method, address, options);
    for (let count = 0; answer.location !== undefined && answer.status < 400 && count < 12; count += 1) answer = await this.once('GET', new URL(answer.location, answer.url).href);
    return answer;
  }

  /** Opens a page and sends a form of it, with the token that the hub asks for. */
  async submit(page, form, action = page) {
    const { text } = await this.open('GET', page);
    const token = /name="_xsrf"\s+value="([^"]*)"/.exec(text)?.[1] ?? this.cookies.get('_xsrf') ?? '';
    return this.open('POST', action, { form: { _xsrf: token, ...form } });
  }

  async status(address) {
    try {
      return (await this.once('GET', address)).status;
    } catch {
      return 0;
    }
  }
}
