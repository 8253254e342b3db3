// What each of the commands below `cutroom vendor` does.
#pragma once

#include <optional>
#include <string>

#include <boost/json.hpp>

#include "adapters/api_client/api_client.hpp"
#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/text_table.hpp"

namespace cutroom::app {

// Each gives the exit code, and has said what went wrong.
class VendorCommand {
 public:
  // The arguments must outlive this.
  explicit VendorCommand(const VendorArguments&);

  int list();
  int add();
  int set();
  int show_one();
  int remove();

  int key_list();
  int key_add();
  int key_revoke();

  int preset_list();
  int preset_put();
  int preset_remove();

  int usage();

 private:
  // The answer's object, an empty one where there is none; nullopt after an error, which has been told.
  std::optional<boost::json::value> call(const std::string& verb, const std::string& path,
                                         const std::string& body = {});
  int show(const std::optional<boost::json::value>& vendor);
  // `none`: what is said where the table is empty.
  int print(const boost::json::value& all, const TextTable&, const char* none) const;
  static int print_json(const boost::json::value&);

  const VendorArguments& arguments_;
  api_client::ApiClient client_;
  int exit_code_ = kExitOk;
};

}  // namespace cutroom::app
