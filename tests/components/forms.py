"""Reads forms with four parsers.

    forms.py FOLDER

FOLDER has the bodies 0.body, 1.body, ... and their content types 0.type, 1.type, ... Prints a JSON
array with an object for each: the parser's name, and its list of parts as it reads them. A part is
[field, file name or null, content type or null, SHA-256 of its content].
"""

import hashlib
import io
import json
import pathlib
import sys
from email.parser import BytesParser
from email.policy import HTTP

import django.conf
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from python_multipart.multipart import FormParser, parse_options_header
from werkzeug.formparser import parse_form_data

django.conf.settings.configure()


def part(field, file_name, content_type, content):
    return [field, file_name, content_type, hashlib.sha256(content).hexdigest()]


def read_email(content_type, body):
    head = b"Content-Type: " + content_type.encode() + b"\r\n\r\n"
    for one in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        disposition = one["content-disposition"].params
        kind = one.get("content-type")
        content = one.get_payload(decode=True)
        yield part(disposition["name"], disposition.get("filename"), kind, content)


def read_werkzeug(content_type, body):
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    _, fields, files = parse_form_data(environ, silent=False)
    for field, value in fields.items(multi=True):
        yield part(field, None, None, value.encode())
    for field, file in files.items(multi=True):
        yield part(field, file.filename, file.content_type, file.read())


def read_django(content_type, body):
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": len(body)}
    fields, files = MultiPartParser(meta, io.BytesIO(body), [MemoryFileUploadHandler()]).parse()
    for field, values in fields.lists():
        for value in values:
            yield part(field, None, None, value.encode())
    for field, values in files.lists():
        for file in values:
            yield part(field, file.name, file.content_type, file.read())


def read_python_multipart(content_type, body):
    read = []

    def on_field(one):
        name = one.field_name.decode()
        read.append(part(name, None, one.content_type, one.value or b""))

    def on_file(one):
        one.file_object.seek(0)
        names = one.field_name.decode(), one.file_name.decode()
        read.append(part(*names, one.content_type, one.file_object.read()))

    kind, options = parse_options_header(content_type)
    parser = FormParser(kind.decode(), on_field, on_file, boundary=options[b"boundary"])
    parser.write(body)
    parser.finalize()
    return read


PARSERS = {
    "email": read_email,
    "werkzeug": read_werkzeug,
    "django": read_django,
    "python-multipart": read_python_multipart,
}

folder = pathlib.Path(sys.argv[1])
forms = []
while (folder / f"{len(forms)}.type").exists():
    content_type = (folder / f"{len(forms)}.type").read_text()
    body = (folder / f"{len(forms)}.body").read_bytes()
    forms.append({name: list(read(content_type, body)) for name, read in PARSERS.items()})
json.dump(forms, sys.stdout)
