// The real binary as a command that ends.
#pragma once

#include <string>
#include <vector>

namespace cutroom::test {

struct CommandOutput {
  int exit_code = -1;
  std::string out;  // Standard output; standard error goes to the test's own.
};

// With the test's own environment.
CommandOutput run_cutroom(std::vector<std::string> arguments);

}  // namespace cutroom::test
