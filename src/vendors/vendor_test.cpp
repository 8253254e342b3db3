#include "vendors/vendor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::vendors {
namespace {

using testing::ElementsAre;

std::vector<std::string> fields_of(const Vendor& vendor) {
  std::vector<std::string> fields;
  for (const FieldProblem& problem : problems_of(vendor)) fields.push_back(problem.field);
  return fields;
}

TEST(Vendor, with_an_id_alone_is_good) { EXPECT_TRUE(problems_of({.id = "acme-1.shop_2"}).empty()); }

TEST(Vendor, names_each_field_that_is_wrong) {
  Vendor vendor{.id = "acme", .name = "line\nbreak", .weight = 0, .cap = 100'001};
  vendor.source_hosts = {"fine.example", "https://no.example", "*.below.example", "Upper.example", ""};
  EXPECT_THAT(fields_of(vendor),
              ElementsAre("name", "weight", "cap", "sourceHosts[1]", "sourceHosts[3]", "sourceHosts[4]"));
}

TEST(Vendor, has_an_id_that_needs_no_quoting) {
  for (const char* wrong : {"", ".hidden", "a b", "a/b", "ü", "a\"b", "-x"})
    EXPECT_THAT(fields_of({.id = wrong}), ElementsAre("id")) << wrong;
  EXPECT_THAT(fields_of({.id = std::string(65, 'a')}), ElementsAre("id"));
}

TEST(Vendor, may_fetch_from_anywhere_unless_told_otherwise) {
  EXPECT_TRUE(may_fetch_from({.id = "v"}, "example.com"));
  Vendor vendor{.id = "v"};
  vendor.source_hosts = {"photos.example.com", "*.cdn.example"};
  EXPECT_TRUE(may_fetch_from(vendor, "photos.example.com"));
  EXPECT_TRUE(may_fetch_from(vendor, "a.b.cdn.example"));
  EXPECT_FALSE(may_fetch_from(vendor, "cdn.example"));
  EXPECT_FALSE(may_fetch_from(vendor, "evilcdn.example"));
  EXPECT_FALSE(may_fetch_from(vendor, "example.com"));
  EXPECT_FALSE(may_fetch_from(vendor, "x.photos.example.com"));
}

}  // namespace
}  // namespace cutroom::vendors
