"""The content of the image that run makes, besides what Debian's packages bring.

image.py lower ROOT                what a later layer removes, hides or replaces
image.py upper ROOT TAR            the last layer, with markers that no tool here writes: an opaque directory, a whiteout, a changed file
image.py docker-archive OCI TAR    a docker-archive whose layers are gzip, as docker save of the containerd store writes it
image.py platforms OCI BASE OUT    a layout of one image for two platforms: that of OCI, and that of BASE, said to be for linux/arm64
"""
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import zipfile

CHANGED = 'usr/lib/python3/dist-packages/requests/api.py'  # of python3-requests


def npm(name, version, **more):
    return json.dumps({'name': name, 'version': version, **more})


def python(name, version):
    return f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: made by hand\nLicense: MIT\n'


def jar():
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as z:
        z.writestr('META-INF/MANIFEST.MF', 'Manifest-Version: 1.0\r\nImplementation-Title: handjar\r\nImplementation-Version: 3.2.1\r\n')
        z.writestr('META-INF/maven/org.example/handjar/pom.properties', 'groupId=org.example\nartifactId=handjar\nversion=3.2.1\n')
        z.writestr('org/example/Hand.class', b'\xca\xfe\xba\xbe\0\0\0\x34')
    return out.getvalue()


GEM = '''# -*- encoding: utf-8 -*-
# stub: handgem 0.4.0 ruby lib

Gem::Specification.new do |s|
  s.name = "handgem".freeze
  s.version = "0.4.0"
  s.summary = "made by hand".freeze
  s.licenses = ["MIT".freeze]
end
'''

LOWER = {
    'opt/old/lib/python3/site-packages/hidden-1.0.dist-info/METADATA': python('hidden', '1.0'),
    'opt/gone/node_modules/gone/package.json': npm('gone', '1.0.0'),
    'opt/app/node_modules/replaced/package.json': npm('replaced', '1.0.0'),
    'opt/link/one': npm('hard', '1.0.0'),  # and, by a hard link, opt/link/node_modules/hard/package.json
    'opt/link/three': 'removed by a whiteout in the last layer\n',
}

UPPER = {
    'opt/old/new.txt': 'not hidden by the marker beside it, which only means layers below\n',
    'opt/old/.wh..wh..opq': '',
    'opt/link/.wh.three': '',
    'etc/cron.d/planted': '* * * * * root /opt/app/planted\n',
    'opt/app/venv/lib/python3/site-packages/loose.py': 'print(1)\n',
    'opt/app/package.json': npm('app', '1.0.0', dependencies={'left': '^1.0.0', '@scope/right': '2', 'replaced': '2'}),
    'opt/app/node_modules/left/package.json': npm('left', '1.0.1', license='MIT'),
    'opt/app/node_modules/@scope/right/package.json': npm('@scope/right', '2.0.0', dependencies={'left': '1'}),
    'opt/app/node_modules/replaced/package.json': npm('replaced', '2.0.0'),
    'opt/app/venv/lib/python3/site-packages/handmade-1.2.3.dist-info/METADATA': python('handmade', '1.2.3') + 'Requires-Dist: other\n',
    'opt/app/venv/lib/python3/site-packages/other-0.9.dist-info/METADATA': python('other', '0.9'),
    'opt/app/gems/specifications/handgem-0.4.0.gemspec': GEM,
    'opt/app/lib/handjar-3.2.1.jar': jar(),
}


# What no package of any kind lays claim to.
LOOSE = ['opt/old/new.txt', 'opt/app/package.json', 'opt/app/venv/lib/python3/site-packages/loose.py', 'etc/cron.d/planted']


def lower(root):
    for name, text in LOWER.items():
        os.makedirs(os.path.dirname(f'{root}/{name}'), exist_ok=True)
        with open(f'{root}/{name}', 'w') as w:
            w.write(text)
    os.makedirs(f'{root}/opt/link/node_modules/hard')
    os.link(f'{root}/opt/link/one', f'{root}/opt/link/node_modules/hard/package.json')


def upper(root, out):
    with open(f'{root}/{CHANGED}') as f:
        changed = f.read() + '# changed after installation\n'
    with tarfile.open(out, 'w') as t:
        made = set()
        for name, text in {**UPPER, CHANGED: changed}.items():
            data = text if isinstance(text, bytes) else text.encode()
            at = ''
            for part in name.split('/')[:-1]:
                at = f'{at}/{part}' if at else part
                if at not in made:
                    made.add(at)
                    entry = tarfile.TarInfo(at)
                    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                    t.addfile(entry)
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            t.addfile(entry, io.BytesIO(data))


def blob(oci, digest):
    return f'{oci}/blobs/' + digest.replace(':', '/')


def manifest(oci):
    """The first manifest of a layout, and its descriptor in the index."""
    with open(f'{oci}/index.json') as f:
        found = json.load(f)['manifests'][0]
    with open(blob(oci, found['digest'])) as f:
        return json.load(f), found


def docker_archive(oci, out):
    m, _ = manifest(oci)
    name = lambda d: 'blobs/' + d['digest'].replace(':', '/')
    listed = json.dumps([{'Config': name(m['config']), 'RepoTags': ['e2e/debian:latest'], 'Layers': [name(d) for d in m['layers']]}]).encode()
    with tarfile.open(out, 'w') as t:
        for d in {d['digest']: d for d in [m['config'], *m['layers']]}.values():
            t.add(blob(oci, d['digest']), name(d))
        entry = tarfile.TarInfo('manifest.json')
        entry.size = len(listed)
        t.addfile(entry, io.BytesIO(listed))


def put(oci, media, value):
    """Stores a JSON document as a blob of a layout, and gives its descriptor."""
    data = json.dumps(value).encode()
    found = {'mediaType': media, 'digest': 'sha256:' + hashlib.sha256(data).hexdigest(), 'size': len(data)}
    with open(blob(oci, found['digest']), 'wb') as w:
        w.write(data)
    return found


def platforms(oci, base, out):
    shutil.copytree(oci, out, copy_function=os.link)
    shutil.copytree(base, out, copy_function=lambda a, b: os.path.exists(b) or os.link(a, b), dirs_exist_ok=True)
    first, amd = manifest(oci)
    second, _ = manifest(base)
    with open(blob(base, second['config']['digest'])) as f:
        config = json.load(f)
    second['config'] = put(out, second['config']['mediaType'], {**config, 'architecture': 'arm64'})
    arm = put(out, amd['mediaType'], {**second, 'mediaType': amd['mediaType']})
    index = put(out, 'application/vnd.oci.image.index.v1+json', {'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json', 'manifests': [
        {**amd, 'platform': {'os': 'linux', 'architecture': 'amd64'}}, {**arm, 'platform': {'os': 'linux', 'architecture': 'arm64'}}]})
    os.remove(f'{out}/index.json')
    with open(f'{out}/index.json', 'w') as w:
        json.dump({'schemaVersion': 2, 'manifests': [{**index, 'annotations': {'org.opencontainers.image.ref.name': 'latest'}}]}, w)


if __name__ == '__main__':
    {'lower': lower, 'upper': upper, 'docker-archive': docker_archive, 'platforms': platforms}[sys.argv[1]](*sys.argv[2:])
