# Print what XML::Feed reads of feeds: perl feeds.pl FILE …
use strict;
use warnings;
use JSON::PP;
use XML::Feed;

$XML::Atom::ForceUnicode = 1;
$XML::Feed::MULTIPLE_ENCLOSURES = 1;

sub seconds { my ($date) = @_; return $date ? $date->epoch : undef }

my %items;
for my $path (@ARGV) {
    my $feed = XML::Feed->parse($path) or die XML::Feed->errstr;
    for my $item ($feed->entries) {
        my @files = map { [$_->url, $_->type, defined $_->length ? 0 + $_->length : undef] }
            grep { $_ } $item->enclosure;
        push @{$items{$path}}, {
            id => $item->id, title => $item->title, link => $item->link,
            published => seconds($item->issued), updated => seconds($item->modified),
            content => $item->content->body, categories => [$item->category], enclosures => \@files,
        };
    }
}
print JSON::PP->new->utf8->encode(\%items);
