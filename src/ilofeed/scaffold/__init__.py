"""Write files for editors: new entries, JSON Schemas, the form of a CMS, new offices."""

from ilofeed.scaffold import cms, create, entry_file
from ilofeed.scaffold.cms import entry_schema, feeds_schema
from ilofeed.scaffold.new_office import suggest_authority
