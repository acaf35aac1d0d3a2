"""What must hold of the image that run makes. checks.py PROGRAM WORKDIR REGISTRY

Each check prints one line with its figures, then what disagrees. Truth is what other programs say: dpkg-query, apt-cache, umoci's unpacked
root file system, sha256sum's algorithm, and Debian policy's rules for relations, written here a second time.
"""
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from urllib.parse import unquote

import image

program, work, registry = sys.argv[1:4]
root, temporary = f'{work}/rootfs', f'{work}/tmp'
failed = 0


def report(good, name, figures, examples=()):
    global failed
    failed += not good
    print('ok  ' if good else 'FAIL', f'{name}: {figures}', flush=True)
    for e in list(examples)[:12]:
        print('       ', e)


class Run:
    """One run of sbomgen: exit code, what it says, the document, seconds and megabytes at its peak."""

    def __init__(self, *args, stdin=None):
        out = f'{work}/out.cdx.json'
        if os.path.exists(out):
            os.remove(out)
        start = time.monotonic()
        with open(f'{work}/out.log', 'wb') as log, open(stdin or os.devnull, 'rb') as feed:
            p = subprocess.Popen([program, 'scan', *args, '-o', 'cyclonedx-json=' + out], stdin=feed, stdout=log, stderr=log, cwd=work, env={**os.environ, 'TMPDIR': temporary})
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = self.code = os.waitstatus_to_exitcode(status)
        self.wall, self.cpu, self.peak = time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        with open(f'{work}/out.log', errors='replace') as f:
            self.said = f.read()
        self.document = {}
        if os.path.exists(out):
            with open(out) as f:
                self.document = json.load(f)
        self.components = self.document.get('components', [])

    def need(self):
        if self.code != 0:
            raise SystemExit(f'FAIL scan: exit {self.code}: {self.said[-1000:]}')
        return self

    def purls(self):
        return {re.sub(r'\?.*', '', c['purl']) for c in self.components if 'purl' in c}


def values(component, name):
    return [p['value'] for p in component.get('properties', []) if p['name'] == name]


def kind(component):
    return component.get('purl', '').partition('/')[0].removeprefix('pkg:')


def version_key(v):
    """Orders versions as Debian policy says, https://www.debian.org/doc/debian-policy/ch-controlfields.html#version."""
    epoch, _, rest = v.rpartition(':')
    upstream, _, revision = rest.rpartition('-') if '-' in rest else (rest, '', '0')
    weigh = lambda c: 0 if c == '~' else ord(c) if c.isalpha() else ord(c) + 256 if c else 1
    def part(text):
        key = []
        while text:
            word = re.match(r'\D*', text).group()
            digits = re.match(r'\d*', text[len(word):]).group()
            text = text[len(word) + len(digits):]
            key += [tuple(weigh(c) for c in word) + (1,), int(digits or 0)]
        return key + [(1,)]
    return int(epoch or 0), part(upstream), part(revision)


class Truth:
    """The installed packages, their files and their relations, from var/lib/dpkg."""

    def __init__(self):
        self.packages, self.relations, self.names = {}, {}, defaultdict(list)
        form = '${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\t${Provides}\\t${Pre-Depends}, ${Depends}\\n'
        for line in subprocess.run(['dpkg-query', f'--admindir={root}/var/lib/dpkg', '-W', '-f', form], capture_output=True, text=True, check=True).stdout.splitlines():
            name, version, arch, state, provides, depends = line.split('\t')
            if state[1] not in 'iUFWt':
                continue
            self.packages[name] = (version, arch)
            self.relations[name] = [g for g in (self.group(g) for g in depends.split(',')) if g]
            self.names[name].append((name, version, True))
            for n, _, v in self.group(provides.replace(',', '|')):
                self.names[n].append((name, v, False))
        self.owner = {}
        for name in self.packages:
            arch = self.packages[name][1]
            lists = [p for p in (f'{root}/var/lib/dpkg/info/{name}.list', f'{root}/var/lib/dpkg/info/{name}:{arch}.list') if os.path.exists(p)]
            for line in (line for p in lists for line in open(p)):
                at = self.place(line.strip())
                if os.path.isfile(f'{root}/{at}') and not os.path.islink(f'{root}/{at}'):
                    self.owner[at] = name

    folders = {}

    def place(self, path):
        """Where a path of a list is in the tree, as links to folders (/lib to usr/lib) lead."""
        folder, base = os.path.split(path.strip('/'))
        if folder not in self.folders:
            self.folders[folder] = os.path.relpath(os.path.realpath(f'{root}/{folder}'), os.path.realpath(root)) if folder else '.'
        return os.path.normpath(os.path.join(self.folders[folder], base))

    @staticmethod
    def group(text):
        return re.findall(r'([a-z0-9][a-z0-9+.-]+)(?::\w+)?(?:\s*\(\s*([<>=]+)\s*([^)\s]+)\s*\))?', text)

    def holds(self, alternative, have):
        _, operator, wanted = alternative
        if not operator:
            return True
        if not have:
            return False
        a, b = version_key(have), version_key(wanted)
        return {'<<': a < b, '<=': a <= b, '=': a == b, '>=': a >= b, '>>': a > b}[operator]

    def targets(self, alternative):
        """Who satisfies it: the package of that name, else all that provide it."""
        real = [n for n, v, r in self.names[alternative[0]] if r and self.holds(alternative, v)]
        return set(real) or {n for n, v, r in self.names[alternative[0]] if not r and self.holds(alternative, v)}

    def edges(self):
        found = set()
        for name, groups in self.relations.items():
            for group in groups:
                first = next((t for t in map(self.targets, group) if t), ())
                found |= {(name, t) for t in first if t != name}
        return found


def same(a, b):
    """Differences between two documents, root and layers aside."""
    def parts(d):
        top, lines = d['metadata']['component']['bom-ref'], set()
        image_only = {c['bom-ref'] for c in d['components'] if kind(c) == 'oci'}
        for c in d['components']:
            if c['bom-ref'] in image_only:
                continue
            c = dict(c, properties=[p for p in c.get('properties', []) if not p['name'].startswith('sbomgen:layer')])
            text = re.sub(r' layer=sha256:[0-9a-f]+|sbomgen:layer=\S+', '', json.dumps(c, sort_keys=True))
            lines.add(text.replace(json.dumps(top), '"ROOT"'))
        for e in d['dependencies']:
            if e['ref'] not in image_only:
                lines |= {f"{e['ref']} -> {t}".replace(top + ' ->', 'ROOT ->') for t in e.get('dependsOn', []) if t not in image_only}
        return lines
    return sorted(parts(a) ^ parts(b))


def forms():
    """One graph, whatever the form."""
    directory = Run('rootfs').need()
    targets = {'rootfs directory': (), 'oci layout, gzip': ('oci:oci',), 'oci archive, gzip': ('oci-archive:oci.tar',), 'oci layout, zstd': ('oci:zstd',),
               'docker archive, gzip': ('docker-archive:docker-gzip.tar',), 'docker archive, plain': ('docker-archive:docker-plain.tar',),
               'docker archive by itself': ('docker-plain.tar',), 'standard input': ('-',), 'registry': (f'registry:{registry}/e2e/debian:latest', '--insecure'),
               'layout, one worker': ('oci:oci', '--workers', '1'), 'layout, verified': ('oci:oci', '--verify'), 'layout, 16 MB of memory': ('oci:oci', '--memory', '16MB')}
    first = None
    for name, target in targets.items():
        r = Run(*target, stdin=f'{work}/docker-plain.tar' if target == ('-',) else None) if target else directory
        if r.code != 0:
            report(False, name, f'exit {r.code}: {r.said[-300:].strip()}')
            continue
        diff = same(directory.document, r.document)
        report(not diff and len(r.components) > 400, name, f'{len(r.components)} components, {sum(len(e.get("dependsOn", [])) for e in r.document["dependencies"])} edges, '
               f'{len(diff)} differences from the directory; {r.wall:.1f} s, {r.cpu:.1f} s of CPU, {r.peak:.0f} MB', (d[:600] for d in diff))
        first = first or (r if target else None)
    return directory, first


def packages(truth, r):
    got = {}
    for c in r.components:
        if kind(c) == 'deb':
            got[c['name']] = (c['version'], re.search(r'arch=(\w+)', c['purl']).group(1))
    bad = sorted(got.items() ^ truth.packages.items())
    report(not bad and len(got) >= 400, 'packages as dpkg-query', f'{len(got)} of {len(truth.packages)}, {len(bad)} differences', bad)


def edges(truth, r):
    name = {c['bom-ref']: c['name'] for c in r.components if kind(c) == 'deb'}
    got = {(name[e['ref']], name[t]) for e in r.document['dependencies'] if e['ref'] in name for t in e.get('dependsOn', []) if t in name}
    want = truth.edges()
    both = len(got & want)
    precision, recall = both / max(1, len(got)), both / max(1, len(want))
    report(min(precision, recall) >= 0.99, 'edges as Debian policy', f'{len(got)}, precision {precision:.4f}, recall {recall:.4f}',
           [f'lacks {a} -> {b}' for a, b in sorted(want - got)] + [f'has {a} -> {b}' for a, b in sorted(got - want)])
    sample = random.Random(7).sample(sorted(truth.packages), 100)
    options = [f'Dir::State={root}/var/lib/apt', f'Dir::State::status={root}/var/lib/dpkg/status', 'Dir::State::lists=/nonexistent', 'Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache=']
    flags = '--no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances'.split()
    out = subprocess.run(['apt-cache', *(x for o in options for x in ('-o', o)), 'depends', *flags, *sample], capture_output=True, text=True, check=True).stdout
    groups, current, more = defaultdict(list), '', False  # of each package the groups of alternatives, with who provides them
    for line in out.splitlines():
        m = re.match(r'^ ([ |])(?:Pre)?Depends: <?([^<>\s:]+)', line)
        if not line.startswith(' '):
            current, more = line.split(':')[0], False
        elif m:
            if not more:
                groups[current].append(set())
            groups[current][-1].add(m[2])
            more = m[1] == '|'
        else:
            groups[current][-1].add(line.strip().split(':')[0])
    bad = []
    for p in sample:
        mine = {b for a, b in got if a == p}
        groups[p] = [g & truth.packages.keys() for g in groups[p]]
        bad += [f'{p}: no edge for {sorted(g)}' for g in groups[p] if g and not g & (mine | {p})]
        bad += [f'{p} -> {b}: apt knows no such' for b in sorted(mine) if not any(b in g for g in groups[p])]
    count = sum(len(v) for v in groups.values())
    report(len(bad) <= count / 100 and count > 100, 'edges as apt-cache', f'{count} relations of {len(sample)} packages, {len(bad)} disagree', bad)


def language_packages(truth):
    """(path, type, name, version) of the Python, Ruby, npm and Java packages in the tree."""
    for folder, _, files in os.walk(root):
        for f in files:
            at = os.path.relpath(f'{folder}/{f}', root)
            full = f'{root}/{at}'
            if os.path.islink(full):
                continue
            if re.search(r'(\.dist-info/METADATA|\.egg-info/PKG-INFO|\.egg-info)$', at):
                head = dict(re.findall(r'^(Name|Version): (.*)$', open(full, errors='replace').read(), re.M))
                yield at, 'pypi', head.get('Name', '').lower().replace('_', '-').replace('.', '-'), head.get('Version', '')
            elif m := re.search(r'/specifications/(?:default/)?(\S+)-([0-9][^/-]*)\.gemspec$', at):
                yield at, 'gem', m[1], m[2]
            elif re.search(r'(usr/share/nodejs|usr/lib/nodejs|node_modules)/(@[^/]+/)?[^/]+/package\.json$', at):
                try:
                    d = json.load(open(full))
                    yield at, 'npm', d.get('name') or '', d.get('version') or ''
                except ValueError:
                    pass
            elif f.endswith('.jar'):
                yield at, 'maven', '', ''


def collapse(truth, r):
    alone, visible = defaultdict(list), defaultdict(set)
    for c in r.components:
        if kind(c) == 'deb':
            visible[c['name']] |= set(values(c, 'sbomgen:owned'))
        else:
            for o in c.get('evidence', {}).get('occurrences', []):
                alone[o['location']].append(c.get('purl', c['name']))
    for language in ('pypi', 'gem', 'npm', 'maven'):
        count, bad, unnamed, quiet = 0, [], 0, []
        for at, t, name, version in language_packages(truth):
            if t != language or at not in truth.owner or not (name and version or t == 'maven'):
                continue
            count += 1
            owner = truth.owner[at]
            bad += [f'{at} of {owner}: {p} stands by itself' for p in alone[at]]
            shown = {unquote(p.partition('?')[0]) for p in visible[owner]}
            told = lambda p: p.lower() == f'pkg:{t}/{name}@{version}'.lower() if t != 'maven' else p.startswith('pkg:maven/') or os.path.basename(at).startswith(p.partition('@')[0])
            if not any(map(told, shown)):
                quiet.append(f'{at} of {owner}: no sbomgen:owned of {name}@{version}')
        report(not bad and count > 5, f'{language} packages of the distribution collapse', f'{count}, {len(bad)} stand by themselves', bad)
        report(not quiet, f'{language} packages of the distribution are told', f'{count - len(quiet)} of {count}', quiet)
    want = {'pkg:npm/left@1.0.1', 'pkg:npm/%40scope/right@2.0.0', 'pkg:npm/replaced@2.0.0', 'pkg:npm/hard@1.0.0', 'pkg:pypi/handmade@1.2.3', 'pkg:pypi/other@0.9',
            'pkg:gem/handgem@0.4.0', 'pkg:maven/org.example/handjar@3.2.1'}
    report(want <= r.purls(), 'packages of nobody', f'{len(want & r.purls())} of {len(want)}', want - r.purls())


def layers(r):
    want = {'bash': (0, 'ADD rootfs'), 'python3-requests': (1, 'RUN apt-get update'), 'ruby-rack': (1, 'RUN apt-get update'), 'nodejs': (2, 'nodejs npm'), 'npm': (2, 'nodejs npm'),
            'libjackson2-databind-java': (3, 'libjackson2'), 'hard': (4, 'COPY lower/'), 'replaced': (6, 'COPY app/'), 'left': (6, 'COPY app/'), 'handmade': (6, 'COPY app/'), 'handjar': (6, 'COPY app/')}
    bad, seen = [], Counter()
    for c in r.components:
        index, instruction = values(c, 'sbomgen:layer:index'), values(c, 'sbomgen:layer:instruction')
        if kind(c) not in ('', 'oci'):
            seen[index[0] if index else 'none'] += 1
            bad += [] if index else [f'{c["bom-ref"]}: no layer']
        if c['name'] in want and kind(c) != 'oci':
            i, words = want.pop(c['name'])
            if index != [str(i)] or words not in ' '.join(instruction):
                bad.append(f'{c["name"]}: layer {index} {instruction}, not {i} {words}')
    bad += [f'{n}: not there' for n in want]
    report(not bad, 'layers that introduced packages', dict(sorted(seen.items())), bad)
    top = r.document['metadata']['component']
    bad = [w for w in ('org.opencontainers.image.title', 'registry.example.org/debian:base', 'pkg:oci/') if w not in json.dumps(top)]
    report(top['type'] == 'container' and not bad, 'the root is the image', top.get('purl'), bad)


def whiteouts(r):
    gone = {'pkg:deb/debian/junit4', 'pkg:deb/debian/python3-yaml', 'pkg:npm/gone', 'pkg:pypi/hidden'}
    names = lambda r: {p.partition('@')[0] for p in r.purls()}
    everything = Run('oci:oci', '--scope', 'all-layers').need()
    want = gone | {'pkg:npm/replaced'}
    bad = [f'{p} is there' for p in gone & names(r)] + [f'--scope all-layers lacks {p}' for p in want - names(everything)]
    bad += [f'--scope all-layers lacks {p}' for p in (r.purls() | {'pkg:npm/replaced@1.0.0'}) - everything.purls()]
    bad += ['replaced 1.0.0 is there'] if 'pkg:npm/replaced@1.0.0' in r.purls() else []
    report(not bad, 'whiteouts, opaque and replaced', f'{len(gone)} gone, {len(everything.purls() - r.purls())} more of all layers', bad)


def base(r):
    lower = Run('oci:base').need()
    marked = Run('oci:oci', '--base', 'oci:base').need()
    app = Run('oci:oci', '--base', 'oci:base', '--only-app').need()
    debs = lambda x: {p for p in x.purls() if p.startswith('pkg:deb/')}
    bad = sorted(debs(lower) & debs(app)) + [f'lacks {p}' for p in debs(r) - debs(lower) - debs(app)] + [f'--base alone lacks {p}' for p in debs(r) - debs(marked)]
    wrong = [c['name'] for c in marked.components if kind(c) == 'deb' and bool(values(c, 'sbomgen:layer:base')) != (re.sub(r'\?.*', '', c['purl']) in debs(lower))]
    report(not wrong, 'what comes from the base is marked', f'{len(wrong)} wrong', wrong)
    report('sbomgen:built-from' in json.dumps(marked.document['metadata']), 'the root is built from the base', 'with --base as by annotation')
    report(not bad and len(debs(lower)) > 50, 'without the base', f'{len(debs(r))} packages, {len(debs(lower))} of the base, {len(debs(app))} left', bad)


def platforms(layout):
    lower = Run('oci:base').need()
    debs = lambda r: {p for p in r.purls() if p.startswith('pkg:deb/')}
    want = {'linux/amd64': debs(layout), 'linux/arm64': debs(lower), 'all': debs(layout) | debs(lower)}
    got = {p: Run('oci:platforms', '--platform', p) for p in want}
    bad = [f'{p}: exit {got[p].code} {got[p].said[-200:]}; {sorted(debs(got[p]) ^ want[p])[:5]}' for p in want if got[p].code or debs(got[p]) != want[p]]
    none = Run('oci:platforms', '--platform', 'linux/s390x')
    report(not bad and none.code == 3, 'platforms of an index', f'{[len(debs(got[p])) for p in want]} packages; without the one asked for exit {none.code}', bad)


def files(truth, form, *target):
    everything, listed = Run(*target, '--files', 'all').need(), defaultdict(set)
    for c in everything.components:
        if c['type'] == 'file':
            for o in c.get('evidence', {}).get('occurrences', []) or [{'location': c['name']}]:
                listed[o['location']] |= {h['content'] for h in c.get('hashes', []) if h['alg'] == 'SHA-256'}
    there = sorted(os.path.relpath(f'{d}/{f}', root) for d, _, fs in os.walk(root) for f in fs if os.path.isfile(f'{d}/{f}') and not os.path.islink(f'{d}/{f}'))
    bad = [f'{p}: not listed' for p in there if p not in listed] + [f'{p}: is no regular file' for p in listed.keys() - set(there)]
    for p in random.Random(7).sample(there, 200):
        with open(f'{root}/{p}', 'rb') as f:
            if listed.get(p, {'-'}) != {hashlib.sha256(f.read()).hexdigest()}:
                bad.append(f'{p}: {listed.get(p)}')
    report(not bad, f'--files all, {form}', f'{len(listed)} of {len(there)} files, 200 digests compared; {everything.wall:.1f} s, {everything.peak:.0f} MB', bad)
    changed = [c['name'] for c in everything.components if 'modified' in json.dumps(c.get('properties', ''))]
    want = {image.CHANGED, 'python3-requests'}
    report(want == set(changed), f'modified files, {form}', f'{len(changed)} components', want ^ set(changed))
    owned, unowned = (Run(*target, '--files', which).need() for which in ('owned', 'unowned'))
    paths = lambda r: {o['location'] for c in r.components if c['type'] == 'file' for o in c['evidence']['occurrences']}
    owned, unowned, mine = paths(owned), paths(unowned), set(image.LOOSE)
    bad = [f'owned: {p}' for p in unowned & truth.owner.keys()] + [f'unowned: {p}' for p in owned & mine]
    bad += [f'--files unowned lacks {p}' for p in mine - unowned] + [f'--files owned lacks {p}' for p in truth.owner.keys() - owned]
    bad += [f'in both: {p}' for p in owned & unowned] + [f'in neither: {p}' for p in listed.keys() - owned - unowned]
    report(not bad, f'owned and unowned files, {form}', f'{len(owned)} owned ({len(truth.owner)} by dpkg), {len(unowned)} not', bad)


def altered(name, change, *options):
    """A run on the layout with one thing changed: change gets the folder, the manifest and the digest of layer 2."""
    copy = f'{work}/altered'
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(f'{work}/oci', copy, copy_function=os.link)
    manifest, _ = image.manifest(copy)
    digest = manifest['layers'][2]['digest']
    change(copy, manifest, digest)
    r = Run('oci:altered', *options)
    shutil.rmtree(copy)
    return r, digest


def replace(path, data):
    os.remove(path)  # the layout's own file has the same inode
    with open(path, 'wb') as f:
        f.write(data)


def store(copy, manifest):
    """Puts a changed manifest in the place of the layout's."""
    with open(f'{copy}/index.json') as f:
        index = json.load(f)
    index['manifests'][0].update(image.put(copy, index['manifests'][0]['mediaType'], manifest))
    replace(f'{copy}/index.json', json.dumps(index).encode())


def damage():
    def cut(copy, m, digest):
        with open(image.blob(copy, digest), 'rb') as f:
            replace(image.blob(copy, digest), f.read()[:m['layers'][2]['size'] // 2])

    def flip(copy, m, digest):
        with open(image.blob(copy, digest), 'rb') as f:
            data = bytearray(f.read())
        for i in range(1, 9):
            data[len(data) * i // 10] ^= 0xff
        replace(image.blob(copy, digest), data)

    def remove(copy, m, digest):
        os.remove(image.blob(copy, digest))

    def recompress(copy, m, digest):  # the same content in other bytes
        with gzip.open(image.blob(copy, digest)) as f:
            replace(image.blob(copy, digest), gzip.compress(f.read(), 1))

    def size(copy, m, digest):
        m['layers'][2]['size'] += 1
        store(copy, m)

    def content(copy, m, digest):  # the blob's digest is right, the digest of what it holds is another
        with open(image.blob(copy, m['config']['digest'])) as f:
            config = json.load(f)
        config['rootfs']['diff_ids'][2] = 'sha256:' + '0' * 64
        m['config'] = image.put(copy, m['config']['mediaType'], config)
        store(copy, m)

    for name, change, options, code in [('truncated layer', cut, [], 3), ('corrupted layer', flip, [], 3), ('missing layer', remove, [], 3), ('wrong digest', recompress, [], 0),
                                        ('wrong digest, --verify', recompress, ['--verify'], 3), ('wrong size', size, [], 0), ('wrong size, --verify', size, ['--verify'], 3),
                                        ('wrong diffID', content, [], 0), ('wrong diffID, --verify', content, ['--verify'], 3)]:
        r, digest = altered(name, change, *options)
        told = digest[7:19] in r.said or '0' * 12 in r.said or re.search(r'layer 2\b', r.said) is not None
        message = next((l for l in r.said.splitlines() if 'rror' in l or 'layer' in l), r.said[:200])
        report(r.code == code and (code == 0 or told), name, f'exit {r.code} {message[:300] if code else ""}')


shutil.rmtree(temporary, ignore_errors=True)
os.mkdir(temporary)
truth = Truth()
directory, layout = forms()
packages(truth, layout)
edges(truth, layout)
collapse(truth, layout)
layers(layout)
whiteouts(layout)
base(layout)
platforms(layout)
files(truth, 'directory', 'rootfs')
files(truth, 'layout', 'oci:oci')
damage()
report(not os.listdir(temporary), 'temporary files are gone', len(os.listdir(temporary)), os.listdir(temporary))
sys.exit(failed > 0)
