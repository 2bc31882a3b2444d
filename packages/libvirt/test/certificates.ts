import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";

/** Paths of PEM files, as libvirtd takes them. */
export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const openssl = (...args: string[]): Promise<unknown> => runProgram("openssl", args);

/** A CA, and certificates of it for `names`, in files of `directory`. Only for tests: made by the openssl program. */
export async function makeCertificates(directory: string, names: readonly string[]): Promise<CertificateFiles[]> {
  const [ca, caKey] = [join(directory, "ca.pem"), join(directory, "ca-key.pem")];
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl("req", "-x509", ...newKey, "-keyout", caKey, "-out", ca, "-subj", "/CN=ca", "-days", "2");
  const files: CertificateFiles[] = [];
  for (const name of names) {
    const [key, request, cert, extensions] = ["key", "csr", "cert", "ext"].map((kind) =>
      join(directory, `${name}-${kind}.pem`),
    ) as [string, string, string, string];
    await writeFile(extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    await openssl("req", "-new", ...newKey, "-keyout", key, "-out", request, "-subj", `/CN=${name}`);
    await openssl(
      "x509",
      "-req",
      "-in",
      request,
      "-CA",
      ca,
      "-CAkey",
      caKey,
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      extensions,
      "-out",
      cert,
    );
    files.push({ ca, cert, key });
  }
  return files;
}

/** The PEM texts, as `connect` takes them. */
export async function readCertificates(files: CertificateFiles): Promise<{ ca: string; cert: string; key: string }> {
  const [ca, cert, key] = await Promise.all([files.ca, files.cert, files.key].map((path) => readFile(path, "utf8")));
  return { ca: ca ?? "", cert: cert ?? "", key: key ?? "" };
}
