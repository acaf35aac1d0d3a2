"""What gobins.sh compares: programs read by sbomgen against "go version -m" of the same files.

gobins.py shape VARIANTS: programs that no tool here makes: without section headers, and for several processors.
gobins.py check PROGRAM WORKDIR
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections import Counter

failed = 0


def report(good, name, figures, examples=()):
    global failed
    failed += not good
    print('ok  ' if good else 'FAIL', f'{name}: {figures}')
    for e in list(examples)[:20]:
        print('       ', e)


def shape(folder):
    data = bytearray(open(f'{folder}/replaced', 'rb').read())
    struct.pack_into('<Q', data, 0x28, 0)  # e_shoff
    struct.pack_into('<HHH', data, 0x3a, 0, 0, 0)  # e_shentsize, e_shnum, e_shstrndx
    with open(f'{folder}/no-sections', 'wb') as w:
        w.write(data)
    parts = [(0x01000007, 3, 'darwin-amd64'), (0x0100000c, 0, 'darwin-arm64')]
    head, body, at = struct.pack('>II', 0xcafebabe, len(parts)), b'', 1 << 14
    for cpu, sub, name in parts:
        data = open(f'{folder}/{name}', 'rb').read()
        head += struct.pack('>IIIII', cpu, sub, at + len(body), len(data), 14)
        body += data + bytes(-len(data) % (1 << 14))
    with open(f'{folder}/darwin-universal', 'wb') as w:
        w.write(head.ljust(at, b'\0') + body)


class Program:
    """What is known of one Go program."""

    def __init__(self):
        self.go, self.path, self.main, self.sum = '', '', '', ''
        self.version = ''
        self.deps = set()  # (path, version, h1, replaced path@version)


def truth(file):
    """The Program that the go command sees in file, None where it sees none."""
    out = subprocess.run(['go', 'version', '-m', file], capture_output=True, text=True).stdout
    if not out:
        return None
    p, last = Program(), None
    for line in out.splitlines():
        word = line.split('\t')
        if not line.startswith('\t'):
            p.go = line.rpartition(': ')[2].split(' ')[0].removeprefix('go')
        elif word[1] == 'path':
            p.path = word[2]
        elif word[1] == 'mod':
            p.main, p.version, p.sum = (word[2:] + ['', ''])[:3]
        elif word[1] == 'dep':
            last = (word[2:] + ['', ''])[:3]
            p.deps.add((*last, ''))
        elif word[1] == '=>':
            p.deps.discard((*last, ''))
            new = (word[2:] + ['', ''])[:3]
            if new[1] != '(devel)':
                p.deps.add((*new, f'{last[0]}@{last[1]}' if new[0] != last[0] else ''))
            else:  # a folder: the module that it stands in for has no known version
                p.deps.add((last[0], '', '', ''))
    plain = lambda v: '' if v == '(devel)' else v
    p.version = plain(p.version)
    p.deps = {(a, plain(v), s, r) for a, v, s, r in p.deps}
    return p


def scan(program, target):
    out = subprocess.run([program, 'scan', target, '-q', '-o', 'json'], capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(f'{target}: exit {out.returncode}: {out.stderr}')
    return json.loads(out.stdout)


def programs(document):
    """The Programs of a document by the id of their component, and the gaps."""
    parts = {c['id']: c for c in document['components']}
    value = lambda c, name: next((p['value'] for p in c.get('properties', []) if p['name'] == 'sbomgen:golang:' + name), '')
    found = {}
    for e in document['edges']:
        c, to = parts[e['from']], parts[e['to']]
        if e['kind'] != 'contains' or e['from'] == document['root'] and not value(c, 'setting:go'):
            continue
        p = found.setdefault(e['from'], Program())
        p.main = c['name'].removesuffix('/' + c['purl'].partition('#')[2]) if '#' in c.get('purl', '') else c['name']
        p.path, p.version, p.sum = value(c, 'main') or c['name'], c.get('version', ''), value(c, 'h1')
        p.derived = value(c, 'version-source')
        if to['name'] == 'stdlib':
            p.go = to['version']
        else:
            p.deps.add((to['name'], to.get('version', ''), value(to, 'h1'), value(to, 'replaces')))
    return found, document.get('gaps', [])


def differences(want, got):
    """What got says otherwise than the truth, one line each."""
    for name in ('go', 'path', 'sum'):
        if getattr(want, name) != getattr(got, name):
            yield f'{name}: {getattr(got, name)!r}, not {getattr(want, name)!r}'
    if want.main and want.path != 'command-line-arguments' and want.main != got.main:
        yield f'main module: {got.main!r}, not {want.main!r}'
    if want.version != got.version and not (want.version == '' and got.derived):
        yield f'version: {got.version!r}, not {want.version!r}'
    for d in sorted(want.deps - got.deps):
        yield f'lacks {d}'
    for d in sorted(got.deps - want.deps):
        yield f'has {d}'


def compare(program, folder, name, least):
    """Each file of folder by itself."""
    bad, modules, count, derived = [], 0, 0, 0
    for f in sorted(os.listdir(folder)):
        want = truth(f'{folder}/{f}')
        if want is None:
            raise SystemExit(f'{f}: go version -m reads nothing')
        count += 1
        modules += len(want.deps)
        found, gaps = programs(scan(program, f'{folder}/{f}'))
        if len(found) != 1:
            bad.append(f'{f}: {len(found)} programs, gaps {gaps}')
            continue
        got = next(iter(found.values()))
        derived += want.version == '' and got.version != ''
        bad += [f'{f}: {d}' for d in differences(want, got)]
    report(not bad and count >= least, name, f'{count} programs, {modules} modules linked in, {derived} versions from elsewhere, {len(bad)} differences from go version -m', bad)


def together(program, folder):
    """The programs of one folder in one document: each still has its own modules."""
    found, gaps = programs(scan(program, folder))
    want = {}
    for f in os.listdir(folder):
        p = truth(f'{folder}/{f}')
        want[p.path, p.version] = p
    got = {(p.path, p.version): p for p in found.values()}
    bad = [f'{k}: not there' for k in want.keys() - got.keys()] + [f'{k}: no such program' for k in got.keys() - want.keys()]
    bad += [f'{k[0]}: {d}' for k in want.keys() & got.keys() for d in differences(want[k], got[k])]
    report(not bad and not gaps, 'one document of all', f'{len(found)} programs, {len(bad)} differences, {len(gaps)} gaps', sorted(bad))


def verdict(program, file, want):
    """What sbomgen makes of a damaged program whose undamaged form is want: truth, gap, both, silence or wrong."""
    found, gaps = programs(scan(program, file))
    if not found:
        return 'gap' if gaps else 'silence', gaps
    diff = [d for p in found.values() for d in differences(want, p)]
    return ('wrong', diff) if diff or len(found) != 1 else ('truth', gaps)


def damaged(program, folder):
    packed = Counter()
    lines = []
    for f in sorted(os.listdir(f'{folder}/packed')):
        at = f'{folder}/modules/{f}' if os.path.exists(f'{folder}/modules/{f}') else f'{folder}/variants/{f}'
        said, why = verdict(program, f'{folder}/packed/{f}', truth(at))
        packed[said] += 1
        if said in ('silence', 'wrong'):
            lines.append(f'{f}: {said} {why}')
    report(not packed['wrong'] and not packed['silence'], 'upx-packed', dict(packed), lines)

    cut, lines = Counter(), []
    with tempfile.TemporaryDirectory(prefix='e2e-gobins-') as tmp:
        for f in ('modules/goimports', 'modules/crane', 'variants/linked-version', 'variants/no-sections', 'variants/windows-amd64',
                  'variants/windows-386-stripped', 'variants/darwin-arm64', 'variants/darwin-universal', 'variants/linux-s390x', 'variants/shared.so'):
            data = open(f'{folder}/{f}', 'rb').read()
            want, silent = truth(f'{folder}/{f}'), []
            for part in (0.0001, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.9999):
                name = f'{tmp}/{os.path.basename(f).partition(".")[0]}'
                with open(name, 'wb') as w:
                    w.write(data[:max(64, int(len(data) * part))])
                said, why = verdict(program, name, want)
                cut[said] += 1
                if said == 'wrong':
                    lines.append(f'{f} cut to {part:.2%}: wrong {why}')
                elif said == 'silence':
                    silent.append(f'{part:.2%}')
                os.remove(name)
            if silent:
                lines.append(f'{f}: silence when cut to {", ".join(silent)}')
    report(not cut['wrong'] and not cut['silence'], 'truncated', dict(cut), lines)


def main():
    if sys.argv[1] == 'shape':
        shape(sys.argv[2])
        return 0
    program, folder = sys.argv[2:4]
    compare(program, f'{folder}/modules', 'programs of modules', 40)
    compare(program, f'{folder}/variants', 'ways to build one', 20)
    together(program, f'{folder}/modules')
    damaged(program, folder)
    return failed > 0


sys.exit(main())
